/** The sources of safety signals of a real host: those of the configuration, and what the agent measures itself. */
import type { AgentConfig, SourceConfig } from '../config/agent-config';
import { createScriptSource } from '../crane-script/script-source';
import type { Clock } from '../ports';
import type { Session } from '../run-gateway';
import { createDiskSource, createNetworkSource } from '../signals/host-sources';
import { createModbusSource } from '../signals/modbus-source';
import { createNutSource } from '../signals/nut-source';
import { createExecSource, createFileSource, createHttpSource } from '../signals/outside-sources';
import type { SignalSource } from '../signals/signal-source';

export function openSources(config: AgentConfig, session: Session, clock: Clock): SignalSource[] {
  const configured = config.signals.map((source) => openSource(source, clock));
  return [...configured, createNetworkSource(session.quality, clock), createDiskSource(config.dataFolder, clock)];
}

function openSource(source: SourceConfig, clock: Clock): SignalSource {
  switch (source.kind) {
    case 'file':
      return createFileSource(source.name, source.path);
    case 'exec':
      return createExecSource(source.name, source.command, clock, source.timeoutMs);
    case 'http':
      return createHttpSource(source.name, source.url, clock, fetch, source.timeoutMs);
    case 'modbus':
      return createModbusSource(source, clock);
    case 'nut':
      return createNutSource(source, clock);
    case 'script': {
      const { seed, craneKind: kind, duty, weakUps, upsPercent } = source;
      return createScriptSource({ seed, kind, duty, weakUps, upsPercent }, clock);
    }
  }
}
