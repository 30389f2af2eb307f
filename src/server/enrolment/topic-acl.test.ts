import { describe, expect, it } from 'vitest';
import { DOWN_CHANNELS, topicFor, UP_CHANNELS } from '#/protocol/mqtt/topics';
import { CONTROLLER_USER } from './controller-credential';
import { mayPublish, maySubscribe, toMosquittoAcl } from './topic-acl';

describe('topic rules', () => {
  it('let a gateway say and hear its own topics only', () => {
    for (const channel of UP_CHANNELS) {
      expect(mayPublish('g1', topicFor('g1', channel))).toBe(true);
      expect(mayPublish('g1', topicFor('g2', channel))).toBe(false);
      expect(maySubscribe('g1', topicFor('g1', channel))).toBe(false);
    }
    for (const channel of DOWN_CHANNELS) {
      expect(maySubscribe('g1', topicFor('g1', channel))).toBe(true);
      expect(maySubscribe('g1', topicFor('g2', channel))).toBe(false);
      expect(mayPublish('g1', topicFor('g1', channel))).toBe(false);
    }
  });

  it('refuse wildcards, shared subscriptions, system topics and strangers', () => {
    for (const filter of ['#', '+/#', '$SYS/#', 'fairlead/v1/g/#', topicFor('+', 'cmd'), `$share/x/${topicFor('g1', 'cmd')}`]) {
      expect(maySubscribe('g1', filter)).toBe(false);
    }
    expect(mayPublish('', topicFor('', 'event'))).toBe(false);
    expect(mayPublish('+', topicFor('+', 'event'))).toBe(false);
  });

  it('let the controller hear all gateways and command each', () => {
    expect(maySubscribe(CONTROLLER_USER, topicFor('+', 'event'))).toBe(true);
    expect(mayPublish(CONTROLLER_USER, topicFor('g1', 'cmd'))).toBe(true);
    expect(mayPublish(CONTROLLER_USER, topicFor('g1', 'event'))).toBe(false);
  });

  it('become a Mosquitto file', () => {
    expect(toMosquittoAcl()).toContain('pattern write fairlead/v1/g/%u/up/event');
    expect(toMosquittoAcl()).toContain('topic write fairlead/v1/g/+/down/cmd');
  });
});
