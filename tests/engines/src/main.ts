// `npm run engines [NAME…]`: installs the engines that tests run for real, or those that are named. What is there is
// left alone, so it is safe to run twice.
import { homeOf, install, isInstalled } from './cache.ts';
import { engines } from './engines.ts';

const names = process.argv.slice(2);
const unknown = names.filter((name) => engines.every((engine) => engine.name !== name));
if (unknown.length > 0) {
  const known = engines.map(({ name }) => name).join(', ');
  console.error(`unknown engine ${unknown.join(', ')}: expected some of ${known}`);
  process.exit(2);
}

for (const engine of engines) {
  if (names.length > 0 && !names.includes(engine.name)) continue;
  const began = Date.now();
  const wasThere = isInstalled(engine);
  if (!wasThere) console.log(`${engine.name} ${engine.version}: installing …`);
  try {
    if (!wasThere) install(engine);
    const how = wasThere ? 'is there' : `installed in ${((Date.now() - began) / 1000).toFixed(0)} s`;
    console.log(`${engine.name} ${engine.version}: ${how}, in ${homeOf(engine)}`);
  } catch (error) {
    console.error(
      `${engine.name} ${engine.version}: ${error instanceof Error ? error.message : String(error)}`,
    );
    process.exitCode = 1;
  }
}
