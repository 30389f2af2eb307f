import { expect, it } from 'vitest';
import { parseStoreAddress } from './store-address';

it('reads bucket, prefix and options', () => {
  expect(parseStoreAddress('s3://images/fleet/a?endpoint=http://127.0.0.1:9000&region=eu-west-1&path_style=0')).toEqual({
    bucket: 'images',
    prefix: 'fleet/a/',
    region: 'eu-west-1',
    endpoint: 'http://127.0.0.1:9000',
    pathStyle: false,
  });
  // A store of one's own seldom has a host name per bucket; Amazon's has.
  expect(parseStoreAddress('s3://images?endpoint=http://minio')).toMatchObject({ prefix: '', pathStyle: true, region: 'us-east-1' });
  expect(parseStoreAddress('s3://images/')).toMatchObject({ prefix: '', endpoint: null, pathStyle: false });
});

it.each([
  ['s3:///prefix', 'names no bucket'],
  ['http://images', 'names no bucket'],
  ['s3://key:secret@images', 'AWS_ACCESS_KEY_ID'],
  ['s3://images?endpoint=minio', 'endpoint'],
  ['s3://images?path_style=yes', 'path_style'],
  ['s3://images?regoin=x', 'regoin'],
])('%s is refused', (address, why) => {
  expect(() => parseStoreAddress(address)).toThrow(why);
});
