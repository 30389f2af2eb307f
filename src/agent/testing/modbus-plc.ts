/** A PLC as a program of its own: a Modbus TCP server whose registers its parent sets. For tests; started with `fork`. */
import { ServerTCP } from 'modbus-serial';

export type PlcMessage =
  | { set: 'coil' | 'discrete' | 'input' | 'holding'; address: number; values: number[] }
  /** Takes requests and does not answer them. */
  | { hang: boolean };

const cells = new Map<string, number>();
let hangs = false;

/** The value, an "illegal data address", or nothing at all. */
function read(table: string, address: number): Promise<number> {
  if (hangs) return new Promise(() => {});
  const value = cells.get(`${table} ${address}`);
  return value === undefined
    ? Promise.reject(Object.assign(new Error('illegal data address'), { modbusErrorCode: 2 }))
    : Promise.resolve(value);
}

const server = new ServerTCP(
  {
    getCoil: async (address: number) => (await read('coil', address)) === 1,
    getDiscreteInput: async (address: number) => (await read('discrete', address)) === 1,
    getInputRegister: (address: number) => read('input', address),
    getHoldingRegister: (address: number) => read('holding', address),
  },
  { host: '127.0.0.1', port: Number(process.argv[2]), unitID: 7 },
);
server.on('initialized', () => process.send?.('listening'));
server.on('serverError', () => process.exit(1));
server.on('socketError', () => {});
process.on('message', (message: PlcMessage) => {
  if ('hang' in message) hangs = message.hang;
  else for (const [index, value] of message.values.entries()) cells.set(`${message.set} ${message.address + index}`, value);
  process.send?.('done');
});
