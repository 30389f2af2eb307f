import { describe, expect, it } from 'vitest';
import { imageProblems, meetsMinimumHardware, problemsOf } from './release-fit';

const gateway = { activeVersion: 'v5.0.4', hardwareRevision: 'rev-c' };
const says = { hardware: null, minimumHardware: null, fromVersion: null };

describe('whether a release fits a gateway', () => {
  it.each([
    ['rev-c', 'rev-c', true],
    ['rev-d', 'rev-c', true],
    ['rev-b', 'rev-c', false],
    ['HW 2.10', 'HW 2.9', true],
    ['HW 1.10', 'HW 2.9', null],
    ['rev-c', 'board-a', null],
    ['rev-2', 'rev-c', null],
    ['gamma', 'gammb', null],
  ])('hardware %s against at least %s: %s', (revision, minimum, expected) => {
    expect(meetsMinimumHardware(revision, minimum)).toBe(expected);
  });

  it('names every problem, of the release and of the image', () => {
    const release = { version: 'v5.1.0', hardware: ['rev-d'], prerequisites: ['v5.0.5+', 'v5.0.0+'] };
    expect(problemsOf(release, gateway, { hardware: ['rev-d'], minimumHardware: 'rev-d', fromVersion: 'v5.0.5' })).toEqual([
      'made for hardware rev-d; this gateway is rev-c',
      'needs v5.0.5+ first; this gateway runs v5.0.4',
      'the image is for hardware rev-d; this gateway is rev-c',
      'the image needs hardware rev-d or newer; this gateway is rev-c',
      'the image installs over v5.0.5 or newer; this gateway runs v5.0.4',
    ]);
  });

  it('an image that says nothing has no problem; a gateway that says nothing has', () => {
    expect(imageProblems(says, gateway)).toEqual([]);
    expect(imageProblems({ ...says, fromVersion: 'v5.0.0' }, gateway)).toEqual([]);
    expect(imageProblems({ ...says, fromVersion: 'v5.0.0' }, { ...gateway, activeVersion: null })).toHaveLength(1);
  });
});
