/** What the agent says of itself in every hello and in `--version`. */
export { version as AGENT_VERSION } from '../../package.json';
