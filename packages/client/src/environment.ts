// The process's environment where it exists (Node, Deno, Bun, some workers); elsewhere empty.

export function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name] || undefined;
}
