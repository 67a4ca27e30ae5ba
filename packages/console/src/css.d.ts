// Vite imports style sheets and text files; TypeScript 6 and later need a declaration for each.
declare module '*.css';

/** The text of the file. */
declare module '*.md?raw' {
  const text: string;
  export default text;
}
