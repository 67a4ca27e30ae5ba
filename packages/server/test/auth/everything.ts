// The permissions of an unrestricted key, like the development key.
export const EVERYTHING = { instances: 'all', actions: 'all', applications: 'all' } as const;
