// Tags of applications.
import type { Input, Output } from '@chatpush/wire';
import { ServiceError } from '../../service-error.ts';
import { changeApplication, findApplication } from './application.ts';
import type { ApplicationDependencies } from './application.ts';

/** Amazon's limit. */
const MAX_TAGS = 50;

const ARN = /^arn:[\w-]+:mobiletargeting:[\w-]*:[\w-]*:apps\/[^/]+$/;

/** Only applications have tags here. */
function taggedApplication(resourceArn: string): string {
  if (ARN.test(resourceArn)) return resourceArn;
  throw new ServiceError(
    'BadRequestException',
    'ResourceArn must be the ARN of an application, such as "arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support".',
  );
}

export async function tagResource(
  dependencies: ApplicationDependencies,
  { ResourceArn, tags }: Input<'TagResource'>,
): Promise<Output<'TagResource'>> {
  await changeApplication(dependencies, taggedApplication(ResourceArn), (document) => {
    const all = { ...document.tags, ...tags };
    if (Object.keys(all).length > MAX_TAGS)
      throw new ServiceError('BadRequestException', `An application has at most ${MAX_TAGS} tags.`);
    return { ...document, tags: all };
  });
  return {};
}

export async function untagResource(
  dependencies: ApplicationDependencies,
  { ResourceArn, TagKeys }: Input<'UntagResource'>,
): Promise<Output<'UntagResource'>> {
  await changeApplication(dependencies, taggedApplication(ResourceArn), (document) => ({
    ...document,
    tags: Object.fromEntries(Object.entries(document.tags ?? {}).filter(([key]) => !TagKeys.includes(key))),
  }));
  return {};
}

export async function listTagsForResource(
  dependencies: ApplicationDependencies,
  { ResourceArn }: Input<'ListTagsForResource'>,
): Promise<Output<'ListTagsForResource'>> {
  const found = await findApplication(dependencies, taggedApplication(ResourceArn));
  return { tags: 'document' in found ? { ...found.document.tags } : {} };
}
