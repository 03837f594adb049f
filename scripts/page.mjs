import { copyFileSync, mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { rolldown } from 'rolldown'

/**
 * Writes the page of `podwire trace show --web`, which stands beside the code of the protocol that it uses.
 * @param {string} site
 * @param {string} target
 */
export async function bundlePage(site, target) {
  mkdirSync(target)
  for (const name of ['index.html', 'style.css']) {
    copyFileSync(resolve(site, name), resolve(target, name))
  }
  const bundled = await rolldown({
    input: resolve(site, 'page.js'),
    tsconfig: false,
    plugins: [
      {
        name: 'protocol',
        resolveId: (id) =>
          id.endsWith('/dist/protocol/index.js')
            ? { id: '../protocol/index.js', external: true }
            : null,
      },
    ],
  })
  await bundled.write({ file: resolve(target, 'page.js'), minify: true })
  await bundled.close()
}
