// A bot in a chat, by Amazon's own SDKs: it joins through Connect and writes through the Participant Service. The same code works
// against Amazon Connect; for chatpush, point both clients at its address (AWS_ENDPOINT_URL_CONNECT and
// AWS_ENDPOINT_URL_CONNECTPARTICIPANT, or `endpoint`).
import { randomUUID } from 'node:crypto';
import { CreateParticipantCommand } from '@aws-sdk/client-connect';
import type { ConnectClient } from '@aws-sdk/client-connect';
import { CreateParticipantConnectionCommand, SendMessageCommand } from '@aws-sdk/client-connectparticipant';
import type { ConnectParticipantClient } from '@aws-sdk/client-connectparticipant';

export interface Bot {
  /** Writes a message and returns its id. `token`: the same for every attempt at the same message. */
  say(text: string, token?: string): Promise<string>;
}

export async function joinChat(
  { connect, participants }: { connect: ConnectClient; participants: ConnectParticipantClient },
  chat: { readonly instanceId: string; readonly contactId: string },
  name: string,
): Promise<Bot> {
  const { ParticipantCredentials } = await connect.send(
    new CreateParticipantCommand({
      InstanceId: chat.instanceId,
      ContactId: chat.contactId,
      // A restarted bot is the same participant.
      ClientToken: `${name} in ${chat.contactId}`,
      ParticipantDetails: { ParticipantRole: 'CUSTOM_BOT', DisplayName: name },
    }),
  );
  const { ConnectionCredentials } = await participants.send(
    new CreateParticipantConnectionCommand({
      ParticipantToken: ParticipantCredentials!.ParticipantToken,
      Type: ['CONNECTION_CREDENTIALS'],
    }),
  );
  return {
    say: async (text, token = randomUUID()) => {
      const { Id } = await participants.send(
        new SendMessageCommand({
          ConnectionToken: ConnectionCredentials!.ConnectionToken,
          ContentType: 'text/plain',
          Content: text,
          ClientToken: token,
        }),
      );
      return Id!;
    },
  };
}
