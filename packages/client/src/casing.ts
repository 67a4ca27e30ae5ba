// lowerCamelCase here, PascalCase on the wire. Only names of members change; keys of maps are data.
export const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
