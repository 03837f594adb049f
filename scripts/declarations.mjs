import { relative, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import { dts } from 'rolldown-plugin-dts'

/**
 * Writes the declarations of the package: a file per entry and what they share, without the types that nobody can see.
 * @param {string} types where the compiler wrote a declaration for each source
 * @param {string} dist
 * @param {readonly string[]} entries the public declaration files in `dist`
 */
export async function bundleDeclarations(types, dist, entries) {
  const names = entries.map((path) => relative(dist, path).replace(/\.d\.ts$/, ''))
  const bundled = await rolldown({
    input: Object.fromEntries(names.map((name) => [name, resolve(types, `${name}.d.ts`)])),
    external: /^node:/,
    tsconfig: false,
    plugins: [dts({ dtsInput: true, tsconfig: false }), { name: 'paths', renderChunk: shortened }],
    // On a machine with much else to do everything is slow.
    checks: { pluginTimings: false },
    onLog(level, { message }) {
      if (level === 'warn') throw new Error(message)
    },
  })
  await bundled.write({
    dir: dist,
    entryFileNames: '[name].ts',
    chunkFileNames: 'shared/[name].ts',
  })
  await bundled.close()
}

/** The bundler writes down where each part comes from, which is a place of the build; and tabs are half of two spaces. */
function shortened(/** @type {string} */ code) {
  return code
    .replace(/^\/\/ .*\n/gm, '')
    .replace(/^(?: {2})+/gm, (indent) => '\t'.repeat(indent.length / 2))
}
