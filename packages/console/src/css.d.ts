// Vite takes style sheets by import; TypeScript 6 and later want to know of every module.
declare module '*.css';
