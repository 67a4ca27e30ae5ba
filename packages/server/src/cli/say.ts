/** Prints to the person at the terminal; the text contains its own line ends. */
export type Say = (text: string) => void;
