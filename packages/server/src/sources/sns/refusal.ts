// Why a message of SNS is refused: the complete list, counted by these names. SNS never repeats a message that was
// answered with 4xx.
import { ServiceError } from '../../service-error.ts';

const REFUSALS = {
  'raw-delivery': [
    'InvalidParameterException',
    'Raw message delivery omits the signature and the attributes; disable it for this subscription.',
  ],
  'not-sns': ['InvalidParameterException', 'The body is not a message of Amazon SNS'],
  'unknown-topic': ['AccessDeniedException', 'The topic is not listed in sources.sns of the settings.'],
  'foreign-address': ['AccessDeniedException', "The address is not one of SNS in the topic's region"],
  'bad-certificate': ['AccessDeniedException', 'The certificate is not one of SNS'],
  'bad-signature': ['AccessDeniedException', 'The signature does not match the message.'],
  'too-old': ['AccessDeniedException', 'The message is so old that a repeat could no longer be recognized.'],
  'unknown-instance': ['AccessDeniedException', 'The topic is not bound to this instance in the settings.'],
  'not-confirmed': ['InvalidParameterException', 'SNS does not accept the confirmation'],
  'no-chat-message': ['InvalidParameterException', "The message is not of Amazon Connect's stream"],
} as const;

export type RefusalReason = keyof typeof REFUSALS;

export class SnsRefusal extends ServiceError {
  readonly reason: RefusalReason;

  /** `detail` ends the sentence where the table leaves it open. */
  constructor(reason: RefusalReason, detail?: string, cause?: unknown) {
    const [name, sentence] = REFUSALS[reason];
    super(name, detail === undefined ? sentence : `${sentence}: ${detail}.`, { cause });
    this.reason = reason;
  }
}
