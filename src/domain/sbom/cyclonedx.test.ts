import { describe, expect, it } from 'vitest';
import { readCycloneDx, SBOM_MAX_COMPONENTS, SBOM_MAX_NESTING } from './cyclonedx';

const document = (components: unknown[]) => ({ bomFormat: 'CycloneDX', specVersion: '1.5', components });
const nested = (depth: number): object => ({
  type: 'library',
  name: `n${depth}`,
  ...(depth > 1 ? { components: [nested(depth - 1)] } : {}),
});

describe('reading a CycloneDX document', () => {
  it('takes components, nested ones too, each once', () => {
    const openssl = {
      type: 'library',
      name: 'openssl',
      version: '3.0.11-1',
      purl: 'pkg:deb/debian/openssl@3.0.11-1',
      licenses: [{ license: { id: 'Apache-2.0' } }, { expression: 'MIT OR BSD-3-Clause' }],
    };
    const value = {
      ...document([{ ...openssl, components: [{ type: 'library', group: '@x', name: 'y' }] }, openssl]),
      serialNumber: 'urn:uuid:1',
    };
    expect(readCycloneDx(value)).toEqual({
      facts: {
        specVersion: '1.5',
        serialNumber: 'urn:uuid:1',
        components: [
          {
            name: 'openssl',
            version: '3.0.11-1',
            type: 'library',
            purl: 'pkg:deb/debian/openssl@3.0.11-1',
            licenses: ['Apache-2.0', 'MIT OR BSD-3-Clause'],
          },
          { name: '@x/y', version: null, type: 'library', purl: null, licenses: [] },
        ],
      },
    });
  });

  it.each([
    [null, ''],
    [{ spdxVersion: 'SPDX-2.3' }, 'bomFormat'],
    [{ bomFormat: 'CycloneDX', specVersion: '1.1' }, 'specVersion'],
    [document([{ type: 'library' }]), 'components.0.name'],
    [document([{ type: 'library', name: 'a', components: [7] }]), 'components.0.components.0'],
  ])('names what is wrong: %j', (value, path) => {
    const read = readCycloneDx(value);
    expect('faults' in read ? read.faults.map((fault) => fault.path) : []).toContain(path);
  });

  it('has limits', () => {
    expect(readCycloneDx(document([nested(SBOM_MAX_NESTING)]))).toHaveProperty('facts');
    expect(readCycloneDx(document([nested(SBOM_MAX_NESTING + 1)]))).toHaveProperty('faults');
    const many = Array.from({ length: SBOM_MAX_COMPONENTS + 1 }, (_, index) => ({ type: 'library', name: `c${index}` }));
    expect(readCycloneDx(document(many))).toHaveProperty('faults');
    expect(readCycloneDx(document(many.slice(1)))).toHaveProperty('facts');
  });
});
