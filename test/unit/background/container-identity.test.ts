import { describe, expect, it } from 'vitest'
import {
  differenceOf,
  formatIdentity,
  parseIdentity,
} from '../../../src/background/container-identity.ts'
import type { PodContainerStatus } from '../../../src/pods/container-status.ts'

const container: PodContainerStatus = {
  name: 'app',
  ready: true,
  restartCount: 1,
  containerID: 'containerd://4f',
  state: { kind: 'running', startedAt: null },
  lastState: null,
  podUID: 'a-uid',
  phase: 'Running',
}

describe('an identity', () => {
  it('is one word, and back', () => {
    const word = formatIdentity(container)
    expect(word).toBe('a-uid,app,containerd%3A%2F%2F4f,1')
    const { podUID, name, containerID, restartCount } = container
    expect(parseIdentity(word)).toEqual({ podUID, name, containerID, restartCount })
    expect(formatIdentity(null)).toBe('-')
  })

  it('keeps a hostile name in one word', () => {
    const word = formatIdentity({ ...container, name: 'a b,c\nd' })
    expect(word).not.toMatch(/[ \n]/)
    expect(parseIdentity(word)?.name).toBe('a b,c\nd')
  })

  it.each(['-', '', 'a,b,c', 'a,b,c,d', 'a,b,c,1,e', '%,b,c,1', 'a,b,c,-1'])(
    'is not %j',
    (word) => {
      expect(parseIdentity(word)).toBeNull()
    },
  )
})

describe('the difference', () => {
  it.each([
    [{}, null],
    [{ podUID: 'other' }, 'its pod was replaced by another one of the same name'],
    [
      { containerID: 'containerd://50', restartCount: 2 },
      'its container was restarted (restart count 1, now 2)',
    ],
  ])('%j', (change, words) => {
    expect(differenceOf(container, { ...container, ...change })).toBe(words)
  })
})
