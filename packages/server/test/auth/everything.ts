// The permissions of a key that may do everything, as the development key may.
export const EVERYTHING = { instances: 'all', actions: 'all', applications: 'all' } as const;
