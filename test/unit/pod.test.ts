import { describe, expect, it } from 'vitest'
import { connect } from '../../src/index.ts'

const cluster = await connect({ server: 'https://127.0.0.1:1', namespace: 'shop' })

describe('a pod', () => {
  it('has the namespace of the configuration and no container of its own', () => {
    expect({ ...cluster.pod('web-0') }).toEqual({
      name: 'web-0',
      namespace: 'shop',
      container: undefined,
    })
  })

  it('has what it was given', () => {
    const pod = cluster.pod('web.0', { namespace: 'other', container: 'app' })
    expect([pod.name, pod.namespace, pod.container]).toEqual(['web.0', 'other', 'app'])
  })
})

describe('what is no name is refused at once', () => {
  it.each([
    ['', {}, RangeError],
    ['Web', {}, RangeError],
    ['a/../b', {}, RangeError],
    ['web-0?x=1', {}, RangeError],
    ['web%2f', {}, RangeError],
    ['-web', {}, RangeError],
    ['a'.repeat(254), {}, RangeError],
    [7, {}, TypeError],
    [undefined, {}, TypeError],
    ['web-0', { namespace: '' }, RangeError],
    ['web-0', { namespace: 'a.b' }, RangeError],
    ['web-0', { namespace: null }, TypeError],
    ['web-0', { container: '' }, RangeError],
    ['web-0', { container: 'A' }, RangeError],
    ['web-0', { container: null }, TypeError],
    ['web-0', { contaner: 'app' }, TypeError],
    ['web-0', null, TypeError],
  ])('%j %j', (name, options, error) => {
    expect(() => cluster.pod(name as string, options as object)).toThrow(error)
  })
})

describe('a bad argument rejects, and does not throw', () => {
  it.each<[string, unknown, unknown, typeof TypeError | typeof RangeError]>([
    ['a bare string', 'ls -l', {}, TypeError],
    ['no command', undefined, {}, TypeError],
    ['an empty command', [], {}, RangeError],
    ['a number in it', ['sleep', 5], {}, TypeError],
    ['undefined in it', ['ls', undefined], {}, TypeError],
    ['a NUL character', ['printf', 'a\0b'], {}, RangeError],
    ['a container that is none', ['ls'], { container: '' }, RangeError],
    ['an unknown option', ['ls'], { verfy: true }, TypeError],
    ['options that are none', ['ls'], null, TypeError],
  ])('%s', async (_name, command, options, error) => {
    const pod = cluster.pod('web-0')
    for (const call of ['exec', 'spawn'] as const) {
      const promise = pod[call](command as string[], options as object)
      await expect(promise).rejects.toBeInstanceOf(error)
    }
  })

  it('names the place, and never the argument', async () => {
    const pod = cluster.pod('web-0')
    await expect(pod.exec(['a', 'hunter2\0'])).rejects.toThrow('command[1] holds a NUL character')
  })
})
