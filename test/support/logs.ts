import type { LogStream } from '../../src/index.ts'
import type { TestContainer, TestPod } from '../../src/testing/index.ts'

/** A pod with a log of three lines. */
export const web = (
  container: Partial<TestContainer> = {},
  rest: Partial<TestPod> = {},
): TestPod => ({
  name: 'web-0',
  containers: [{ name: 'app', logs: 'first\nsecond\nthird', ...container }],
  ...rest,
})

export async function collect<T>(source: AsyncIterable<T>, into: T[] = []): Promise<T[]> {
  for await (const item of source) into.push(item)
  return into
}

export const text = async (log: LogStream) => Buffer.concat(await collect(log.stream)).toString()
