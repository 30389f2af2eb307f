import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { requireFree } from './ports';

async function holdPort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

describe('ports', () => {
  it('names a taken port, its variable and the way out', async () => {
    const { server, port } = await holdPort();
    await expect(requireFree([{ name: 'MQTT_PORT', port }], '127.0.0.1', 0)).rejects.toThrow(
      `Port ${port} (MQTT_PORT) is taken by another program. End that program, or choose another port: MQTT_PORT=${port + 1} npm start.`,
    );
    server.close();
  });
  it('waits for a holder that is about to go', async () => {
    const { server, port } = await holdPort();
    const free = requireFree([{ name: 'PORT', port }], '127.0.0.1', 10_000);
    server.close();
    await expect(free).resolves.toBeUndefined();
  });
});
