// lowerCamelCase here, PascalCase on the wire. Only member names change; map keys are data.
export const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
