/** People name an application by its ARN or by the last part of it: `support`. */
export const isNamed = (arn: string, name: string): boolean => arn === name || arn.endsWith(`:apps/${name}`);
