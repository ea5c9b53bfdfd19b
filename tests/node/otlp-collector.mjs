// A collector for OTLP: takes metrics, traces and logs over HTTP and over gRPC, reads them with the messages that OpenTelemetry's own
// package for JavaScript has generated, and writes each export as a line of JSON. Prints both addresses first.
import { createServer } from 'node:http';
import { createServer as createGrpcServer } from 'node:http2';
import { createRequire } from 'node:module';

const { collector } = createRequire(import.meta.url)('@opentelemetry/otlp-transformer/build/src/generated/root.js').opentelemetry.proto;
const signals = {
  metrics: collector.metrics.v1.ExportMetricsServiceRequest,
  traces: collector.trace.v1.ExportTraceServiceRequest,
  logs: collector.logs.v1.ExportLogsServiceRequest,
};

const hex = (bytes) => Buffer.from(bytes ?? []).toString('hex');
const value = (any) => any && (any.stringValue ?? any.boolValue ?? any.intValue ?? any.doubleValue ?? null);
const attributes = (list) => Object.fromEntries((list ?? []).map(({ key, value: any }) => [key, String(value(any))]));
const points = (metric) => (metric.gauge ?? metric.sum ?? metric.histogram).dataPoints ?? [];

const readers = {
  metrics: ({ scopeMetrics = [] }) => scopeMetrics.flatMap(({ metrics = [] }) => metrics.map((metric) => ({
    name: metric.name, unit: metric.unit ?? '', kind: ['gauge', 'sum', 'histogram'].find((kind) => metric[kind]),
    points: points(metric).map((point) => ({
      attributes: attributes(point.attributes), value: String(point.asDouble ?? point.asInt ?? point.count), bounds: point.explicitBounds ?? [],
    })),
  }))),
  traces: ({ scopeSpans = [] }) => scopeSpans.flatMap(({ spans = [] }) => spans.map((span) => ({
    name: span.name, trace: hex(span.traceId), id: hex(span.spanId), parent: hex(span.parentSpanId), status: span.status?.code ?? 0,
    attributes: attributes(span.attributes),
  }))),
  logs: ({ scopeLogs = [] }) => scopeLogs.flatMap(({ logRecords = [] }) => logRecords.map((record) => ({
    body: value(record.body), severity: record.severityText, trace: hex(record.traceId), attributes: attributes(record.attributes),
  }))),
};

function take(signal, bytes, over, headers) {
  const message = signals[signal].toObject(signals[signal].decode(bytes), { longs: String });
  for (const part of message.resourceMetrics ?? message.resourceSpans ?? message.resourceLogs ?? [])
    console.log(JSON.stringify({
      signal, over, key: headers['x-key'] ?? '', resource: attributes(part.resource?.attributes), items: readers[signal](part),
    }));
}

async function whole(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

const http = createServer(async (request, response) => {
  const signal = request.url.split('/').pop();
  if (!(signal in signals)) return response.writeHead(404).end();
  take(signal, await whole(request), 'http', request.headers);
  response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
});

const grpc = createGrpcServer();
grpc.on('stream', async (stream, headers) => {
  const service = /\.(metrics|trace|logs)\.v1\.\w+\/Export$/.exec(headers[':path'])?.[1];
  // One message in a call: a byte that says it is not compressed, four with its length, and its bytes.
  const body = await whole(stream);
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': service ? '0' : '12' }));
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.end(Buffer.alloc(5));
  if (service) take(service === 'trace' ? 'traces' : service, body.subarray(5), 'grpc', headers);
});

const listening = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`)));
console.log(`${await listening(http)} ${await listening(grpc)}`);
process.stdin.on('end', () => process.exit(0)).resume();
