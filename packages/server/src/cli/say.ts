/** Writes to the person at the terminal; the text ends its own lines. */
export type Say = (text: string) => void;
