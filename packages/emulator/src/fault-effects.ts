// The effect of each fault in faults.ts on a request.
import type { Connection } from './connection.ts';
import type { Exchange } from './exchange.ts';
import type { FaultRule } from './fault-rule.ts';

const CANCEL = 8;

const html = (status: number): string =>
  `<!DOCTYPE html>\n<html><head><title>Error ${status}</title></head><body><h1>${status}</h1><p>The server could not complete your request.</p></body></html>\n`;

/** Node sends queued frames at the end of the turn; they must leave before the connection closes. */
function afterFlush(connection: Connection, then: () => void): void {
  setImmediate(() => {
    if (!connection.tls.destroyed) then();
  });
}

function loseAnswer(exchange: Exchange, by: FaultRule['by']): void {
  if (by === 'silence') return;
  if (by === 'stream' && exchange.stream) exchange.stream.close(CANCEL);
  else if (by === 'fin') exchange.connection.fin();
  else exchange.connection.rst();
}

function goAway(exchange: Exchange, { code = 0, reason, twice, refuse, serve, finish }: FaultRule): void {
  const { connection, stream } = exchange;
  const session = connection.session;
  if (session?.destroyed) return exchange.unanswered('abandoned by the sender', 'goaway');
  if (stream === undefined || session === undefined) {
    // HTTP/1.1 has only this equivalent of a GOAWAY.
    const answer = exchange.serve();
    return exchange.send({ ...answer, headers: { ...answer.headers, connection: 'close' } }, 'goaway');
  }
  const finishes = code === 0 || finish === true;
  const id = stream.id ?? 0;
  const last = refuse ? Math.max(0, id - 2) : (session.state.lastProcStreamID ?? id);
  const debug = reason === undefined ? undefined : Buffer.from(exchange.debugText(reason));
  const sendAway = (): void => {
    session.goaway(code, last, debug);
    if (twice) session.goaway(code, last);
  };
  connection.lastStream = last;
  if (refuse) {
    sendAway();
    exchange.unanswered('above the last stream id', 'goaway');
    connection.refuses(stream);
  } else if (finishes) {
    sendAway();
    exchange.send(exchange.serve(), 'goaway');
  } else {
    // HTTP/2 leaves open whether streams up to the last one were processed; here `serve` decides.
    const served = serve ? exchange.serve() : undefined;
    sendAway();
    exchange.unanswered(`GOAWAY ${code}`, 'goaway', served);
  }
  if (finishes) connection.leave();
  else afterFlush(connection, () => connection.fin());
}

/** Applies the rule to the exchange, which ends in exactly one way: with an answer, or without one and with the reason logged. */
export function applyFault(rule: FaultRule, exchange: Exchange): void {
  const { connection, stream } = exchange;
  switch (rule.fault) {
    case 'http':
    case 'quota':
    case 'expire-access-token':
      return exchange.send(exchange.failure(rule), rule.fault);
    case 'not-json': {
      const status = rule.status ?? 502;
      const { retryAfterSeconds } = rule;
      const headers = {
        'content-type': 'text/html; charset=UTF-8',
        ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
      };
      return exchange.send({ status, headers, body: html(status), verdict: `HTML ${status}` }, rule.fault);
    }
    case 'slow': {
      const answer = exchange.serve();
      const forget = (): void => clearTimeout(timer);
      const timer = setTimeout(() => {
        connection.tls.off('close', forget);
        exchange.send(answer, rule.fault);
      }, rule.delayMs);
      connection.tls.once('close', forget);
      return;
    }
    case 'black-hole':
      return exchange.unanswered('never answered', rule.fault);
    case 'frozen':
      connection.freeze();
      return exchange.unanswered('frozen', rule.fault);
    case 'answer-lost': {
      const served = exchange.serve();
      exchange.unanswered('answer lost', rule.fault, served);
      return loseAnswer(exchange, rule.by);
    }
    case 'fin':
      exchange.unanswered('TCP FIN', rule.fault);
      return connection.fin();
    case 'rst':
      exchange.unanswered('TCP RST', rule.fault);
      return connection.rst();
    case 'reset-stream':
      exchange.unanswered(`RST_STREAM ${rule.code}`, rule.fault);
      return stream ? stream.close(rule.code) : connection.rst();
    case 'goaway':
      return goAway(exchange, rule);
    case 'stream-limit':
      connection.limit(rule.limit ?? 0);
      return exchange.send(exchange.serve(), rule.fault);
    case 'expires-in':
    case 'rejection-throttle':
      // These change how a gateway serves requests; the gateways look them up themselves.
      return exchange.send(exchange.serve(), rule.fault);
  }
}
