// OpenTelemetry's own variables, as far as we use them
// (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).
import { isHttpUrl } from '../addresses/base-url.ts';
import type { Config, Environment } from './config.ts';
import type { Reader } from './reader.ts';

const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const TRACES_ENDPOINT = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
const SHARE = 'OTEL_TRACES_SAMPLER_ARG';

/** Undefined if no endpoint is set, or traces are switched off. */
export function readTraces(reader: Reader, environment: Environment): Pick<Config, 'traces'> {
  const variable = environment[TRACES_ENDPOINT] === undefined ? ENDPOINT : TRACES_ENDPOINT;
  const endpoint = environment[variable];
  const isOff = environment['OTEL_SDK_DISABLED'] === 'true' || environment['OTEL_TRACES_EXPORTER'] === 'none';
  if (endpoint === undefined || isOff) return {};
  if (!isHttpUrl(endpoint)) {
    reader.wrong(variable, 'is not an http URL; use that of a collector, such as http://127.0.0.1:4318');
    return {};
  }
  const protocol =
    environment['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] ?? environment['OTEL_EXPORTER_OTLP_PROTOCOL'];
  if (protocol === 'grpc')
    reader.wrong(
      'OTEL_EXPORTER_OTLP_PROTOCOL',
      'is grpc, which chatpush does not support; use http/json, and the collector’s port for HTTP (usually 4318)',
    );
  const share = Number(environment[SHARE] ?? 1);
  if (!(share >= 0 && share <= 1))
    reader.wrong(SHARE, `is ${JSON.stringify(environment[SHARE])}; write a number from 0 to 1`);
  const url = variable === TRACES_ENDPOINT ? endpoint : `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  return { traces: { url, share } };
}
