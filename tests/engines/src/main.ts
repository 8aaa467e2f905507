// `npm run engines [NAME…]`: installs the engines that tests run for real, or those that are named, which may be of those
// that only benches use. What is there is left alone, so it is safe to run twice.
import { homeOf, install, isInstalled } from './cache.ts';
import { benchEngines, engines } from './engines.ts';

const names = process.argv.slice(2);
const all = [...engines, ...benchEngines];
const unknown = names.filter((name) => all.every((engine) => engine.name !== name));
if (unknown.length > 0) {
  const known = all.map(({ name }) => name).join(', ');
  console.error(`unknown engine ${unknown.join(', ')}: expected some of ${known}`);
  process.exit(2);
}

for (const engine of names.length === 0 ? engines : all.filter(({ name }) => names.includes(name))) {
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
