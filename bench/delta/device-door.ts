/** The device doors of the web program alone, without pages. */
import { createServer } from 'node:http';
import { answerDevice } from '#/server/device/device-door';

const server = createServer((request, response) => {
  const context = { path: request.url ?? '', peer: () => ({ ip: '127.0.0.1' }), mqttUrl: 'mqtt://127.0.0.1' };
  void Promise.resolve(answerDevice(request, response, context)).catch(() => response.destroy());
});
server.listen(Number(process.env.PORT), '127.0.0.1', () => process.send?.({ ready: true }));
process.once('SIGTERM', () => process.exit(0));
