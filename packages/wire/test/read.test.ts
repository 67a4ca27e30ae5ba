// Every constraint of every operation, accepted and violated, with the exact messages.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OPERATIONS, codePoints, createReader, describeFaults, utf8Bytes } from '@chatpush/wire';
import type { Fault, Shape } from '@chatpush/wire';
import fc from 'fast-check';
import { list, map, string, structure, required } from '../src/shape.ts';
import { fitting, misfits, sample } from './shape-samples.ts';

function faultsBy(shape: Shape): (given: unknown) => readonly Fault[] {
  const read = createReader(shape);
  return (given) => read(given).faults;
}

for (const operation of Object.values(OPERATIONS)) {
  const validate = faultsBy(operation.input);

  describe(operation.name, () => {
    test('accepts valid input', () => {
      assert.deepEqual(validate(sample(operation.input)), []);
      fc.assert(
        fc.property(fitting(operation.input), (input) => {
          assert.deepEqual(validate(input), []);
        }),
        { seed: 1, numRuns: 200 },
      );
    });

    const cases = misfits(operation.input);
    test(`reports exactly one fault for each of ${cases.length} violations`, () => {
      assert.ok(cases.length > 20 || Object.keys(operation.input.members).length === 0);
      for (const { what, input, fault } of cases)
        assert.deepEqual(
          validate(input).map(({ message }) => message),
          [fault],
          what,
        );
    });

    test('names all faults of an empty input at once', () => {
      const missing = Object.entries(operation.input.members)
        .filter(([, shape]) => 'required' in shape)
        .map(([name]) => `/${name}`);
      assert.deepEqual(
        validate({}).map(({ path }) => path),
        missing,
      );
    });

    test('refuses anything that is not a structure', () => {
      for (const input of [null, undefined, 'text', 5, true, [], [sample(operation.input)]])
        assert.deepEqual(
          validate(input).map(({ message }) => message),
          ["Value at '/' failed to satisfy constraint: Member must be a structure"],
        );
    });
  });
}

describe('optional members', () => {
  test('may be null, which counts as absent', () => {
    const input = {
      ...(sample(OPERATIONS.ListDeliveries.input) as object),
      MaxResults: null,
      NextToken: undefined,
    };
    assert.deepEqual(faultsBy(OPERATIONS.ListDeliveries.input)(input), []);
  });

  test('that are unknown or inherited are ignored', () => {
    const shape = structure({ toString: string(), constructor: required(string()) });
    assert.deepEqual(faultsBy(shape)({ constructor: 'x', other: {} }), []);
    assert.deepEqual(
      faultsBy(shape)({}).map(({ path }) => path),
      ['/constructor'],
    );
  });
});

describe('lengths', () => {
  test('count code points: 500 emoji fit a limit of 500', () => {
    const validate = faultsBy(string({ min: 1, max: 500 }));
    assert.deepEqual(validate('😀'.repeat(500)), []);
    assert.equal(validate('😀'.repeat(501))[0]?.message.slice(0, 21), 'Value with length 501');
    assert.deepEqual(validate('é'.repeat(500)), []);
  });

  test('agree with Array.from, and bytes with Buffer, also for lone surrogates', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (units) => {
        const text = String.fromCharCode(...units);
        assert.equal(codePoints(text), Array.from(text).length);
        assert.equal(utf8Bytes(text), Buffer.byteLength(text));
      }),
      { seed: 2, numRuns: 500 },
    );
    const surrogates = fc.constantFrom('\ud83d', '\ude00', 'a', '😀');
    fc.assert(
      fc.property(fc.array(surrogates), (parts) => {
        const text = parts.join('');
        assert.equal(codePoints(text), Array.from(text).length);
        assert.equal(utf8Bytes(text), Buffer.byteLength(text));
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  test('in bytes are exact to the byte', () => {
    const validate = faultsBy(string({ maxBytes: 10 }));
    assert.deepEqual(validate('éééé12'), []);
    assert.equal(validate('éééé123').length, 1);
    assert.deepEqual(faultsBy(map(string(), { maxBytes: 4 }))({ é: 'ü' }), []);
    assert.equal(faultsBy(map(string(), { maxBytes: 4 }))({ é: 'üx' }).length, 1);
  });
});

describe('the message', () => {
  test('counts, then lists every fault', () => {
    const input = { InstanceId: '', ContactId: null, MaxResults: 101 };
    assert.equal(
      describeFaults(faultsBy(OPERATIONS.ListPushNotificationRegistrations.input)(input)),
      "3 validation errors detected: Value with length 0 at '/InstanceId' failed to satisfy constraint: Member must have length between 1 and 100, inclusive; Value at '/ContactId' failed to satisfy constraint: Member must not be null; Value at '/MaxResults' failed to satisfy constraint: Member must be between 1 and 100, inclusive",
    );
    assert.equal(describeFaults([{ path: '/a', message: 'one' }]), '1 validation error detected: one');
  });

  test('spells out 50 faults and counts the rest', () => {
    const validate = faultsBy(list(structure({ Id: required(string()) })));
    const message = describeFaults(validate(Array.from({ length: 500 }, () => ({}))));
    assert.match(message, /^500 validation errors detected: /);
    assert.match(message, /; and 450 more$/);
    assert.ok(message.length < 6000);
  });

  test('stays short when the keys of a map are long', () => {
    const faults = faultsBy(map(string({ max: 1 })))({ ['k'.repeat(10_000)]: 'xx' });
    assert.ok(faults[0]!.message.length < 300, String(faults[0]!.message.length));
  });

  test('does not check the elements of a list that is too long', () => {
    const faults = faultsBy(list(structure({ Id: required(string()) }), { max: 3 }))([{}, {}, {}, {}]);
    assert.equal(faults.length, 1);
  });

  test('never repeats a value', () => {
    for (const operation of Object.values(OPERATIONS))
      for (const { input } of misfits(operation.input)) {
        const secret = JSON.parse(JSON.stringify(input).replaceAll('"x"', '"geheim"')) as unknown;
        assert.ok(!describeFaults(faultsBy(operation.input)(secret)).includes('geheim'));
      }
  });
});

describe('what is read', () => {
  const shape = structure({
    Id: required(string({ max: 2 })),
    List: list(structure({ Key: string() })),
    Map: map(string()),
  });

  test('is the valid input, without undeclared and null members', () => {
    for (const { input } of Object.values(OPERATIONS)) {
      const value = sample(input) as Record<string, unknown>;
      assert.deepEqual(createReader(input)({ ...value, Unknown: 1, Nothing: null }).value, value);
    }
    const given = '{"Id":"a","List":[{"Key":"k","Unknown":1}],"Map":{"__proto__":"x","b":"y"},"Unknown":{}}';
    const kept = '{"Id":"a","List":[{"Key":"k"}],"Map":{"__proto__":"x","b":"y"}}';
    assert.equal(JSON.stringify(createReader(shape)(JSON.parse(given)).value), kept);
  });

  test('is renamed, except for map keys; faults use the names that were given', () => {
    const lower = (name: string): string => name.toLowerCase();
    const read = createReader(shape, { from: lower });
    assert.deepEqual(read({ id: 'a', list: [{ key: 'k' }], map: { Key: 'v' }, Id: 'no' }).value, {
      Id: 'a',
      List: [{ Key: 'k' }],
      Map: { Key: 'v' },
    });
    assert.deepEqual(
      read({ id: 'abc', list: [{ key: 1 }] }).faults.map(({ path }) => path),
      ['/id', '/list/0/key'],
    );
    assert.deepEqual(createReader(shape, { to: lower })({ Id: 'a', Map: { Key: 'v' } }).value, {
      id: 'a',
      map: { Key: 'v' },
    });
  });

  test('without limits, only presence and types are checked', () => {
    const read = createReader(shape, { limits: false });
    assert.deepEqual(read({ Id: 'far too long' }).faults, []);
    assert.deepEqual(
      read({ List: [{ Key: 1 }] }).faults.map(({ path }) => path),
      ['/Id', '/List/0/Key'],
    );
  });
});
