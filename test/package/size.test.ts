import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { expect, it } from 'vitest'
import { entryPoint } from './built.ts'
import { root } from './tree.ts'

const entry = resolve(root, entryPoint('podwire/protocol').code)

/** What a bundler makes of an import of these names, minified and compressed; in bytes. */
async function sizeOf(names: readonly string[]): Promise<number> {
  const bundled = await rolldown({
    input: 'entry',
    tsconfig: false,
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? id : null),
        load: (id) =>
          id === 'entry' ? `export { ${names.join(', ')} } from ${JSON.stringify(entry)}` : null,
      },
    ],
  })
  const { output } = await bundled.generate({ minify: true, comments: false })
  await bundled.close()
  expect(output).toHaveLength(1)
  return gzipSync(output[0].code).length
}

const codec = [
  ...['bearerSubprotocol', 'Channel', 'chooseSubprotocol', 'mustRequestStdin', 'supportsClose'],
  ...['encodeFrame', 'decodeFrame', 'encodeClose', 'encodeResize', 'maxStdinPayload'],
  ...['SessionDecoder', 'decodeStatus', 'exitCodeOf', 'isSubprotocol', 'subprotocols'],
]

it('the codec of podwire/protocol is at most 4 KB, minified and compressed', async () => {
  expect(await sizeOf(codec)).toBeLessThanOrEqual(4096)
})

it('what is not asked for is left out', async () => {
  expect(await sizeOf(['encodeClose', 'Channel'])).toBeLessThan(400)
})
