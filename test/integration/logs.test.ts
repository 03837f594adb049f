import { describe, expect, it } from 'vitest'
import { testCluster } from '../support/test-cluster.ts'

const logs = 'first\nsecond\nthird'

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

describe('pod.logs', () => {
  it('gives lines, the last one without its line feed too', async () => {
    await using running = await testCluster({
      pods: [{ name: 'web-0', containers: [{ name: 'app', logs }] }],
    })
    const { pod } = running
    expect(await collect(pod.logs())).toEqual(['first', 'second', 'third'])
    expect(await collect(pod.logs({ tailLines: 1 }))).toEqual(['third'])
    expect(Buffer.concat(await collect(pod.logs().stream)).toString()).toBe(logs)
  })
})
