// Vite takes style sheets and texts by import; TypeScript 6 and later want to know of every module.
declare module '*.css';

/** The text of a document. */
declare module '*.md?raw' {
  const text: string;
  export default text;
}
