// The process's environment where there is one (Node, Deno, Bun, some workers), and nothing elsewhere.

export function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name] || undefined;
}
