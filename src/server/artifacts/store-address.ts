/** ARTIFACT_STORE_URL: s3://bucket/prefix?endpoint=…&region=…&path_style=1. Pure. */

export type BucketAddress = {
  bucket: string;
  /** Ends with a slash, or is empty. */
  prefix: string;
  region: string;
  /** Null: Amazon's own. */
  endpoint: string | null;
  pathStyle: boolean;
};

const KNOWN = new Set(['endpoint', 'region', 'path_style']);
const FLAGS: Record<string, boolean> = { '1': true, true: true, '0': false, false: false };

/** Throws an Error that names what is wrong. */
export function parseStoreAddress(text: string): BucketAddress {
  const fault = (what: string) => new Error(`ARTIFACT_STORE_URL: ${what}; it is s3://bucket/prefix?endpoint=…&region=…&path_style=1`);
  if (!URL.canParse(text)) throw fault('cannot be read');
  const { protocol, hostname, pathname, searchParams, username, password } = new URL(text);
  if (protocol !== 's3:' || hostname === '') throw fault('names no bucket');
  // It is shown in messages and logs.
  if (username !== '' || password !== '') throw fault('keys belong into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  for (const name of searchParams.keys()) if (!KNOWN.has(name)) throw fault(`${name} is not known`);
  const endpoint = searchParams.get('endpoint');
  if (endpoint !== null && !(URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol)))
    throw fault('endpoint is no http(s) address');
  const pathStyle = FLAGS[searchParams.get('path_style') ?? (endpoint === null ? '0' : '1')];
  if (pathStyle === undefined) throw fault('path_style is 1 or 0');
  const prefix = decodeURIComponent(pathname).replace(/^\/+|\/+$/g, '');
  return {
    bucket: hostname,
    prefix: prefix === '' ? '' : `${prefix}/`,
    region: searchParams.get('region') ?? 'us-east-1',
    endpoint,
    pathStyle,
  };
}
