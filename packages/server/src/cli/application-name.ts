/** People name an application by its ARN or by what stands at its end: `support`. */
export const isNamed = (arn: string, name: string): boolean => arn === name || arn.endsWith(`:apps/${name}`);
