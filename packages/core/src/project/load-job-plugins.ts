import { wishOf } from '../compile/choose-plugin.ts';
import { jobTypesOf } from '../compile/compile.ts';
import type { WorkflowSettings } from '../compile/config.ts';
import type { AIGraph } from '../define/graph.ts';
import { listJobPlugins } from '../plugin/find-job-plugin.ts';
import type { LoadOptions } from '../plugin/load.ts';
import { loadMatching, loadPlugins } from '../plugin/load.ts';
import { findPlugin, globalRegistry } from '../plugin/registry.ts';

/**
 * Imports the plugins that the jobs of a workflow need: those of their processors, and those of the platforms and job
 * types that they wish for. Whether a wish can be met is for compiling to say; here only what is installed is loaded.
 * Throws what `loadPlugins` throws.
 */
export async function loadJobPlugins(
  graph: AIGraph,
  settings: WorkflowSettings,
  options: LoadOptions,
): Promise<void> {
  const { registry = globalRegistry() } = options;
  const needs = jobTypesOf(graph).map((jobType) => ({ kind: 'job' as const, className: jobType }));
  await loadPlugins(needs, options);
  const seen = new Set<string>();
  for (const config of graph.jobs) {
    const wish = wishOf(config, settings.jobs.get(config.jobName));
    const own = findPlugin('job', config.jobType, registry);
    const { jobType = own?.jobType, platform = own?.platform } = wish;
    const key = JSON.stringify([own?.engine, jobType, platform]);
    if (own === null || seen.has(key)) continue;
    seen.add(key);
    if (jobType !== undefined && jobType !== own.jobType) {
      await loadMatching((each) => each.kind === 'job' && each.name === jobType, options);
    } else if (platform !== undefined && platform !== own.platform) {
      await loadPlatform(own.engine, platform, options);
    }
  }
}

async function loadPlatform(engine: string, platform: string, options: LoadOptions): Promise<void> {
  await loadMatching(
    (each) => each.kind === 'job' && each.engine === engine && each.platform === platform,
    options,
  );
  if (listJobPlugins({ engine, platform }, options.registry).length > 0) return;
  // There is none: to say where the engine can run instead, and which name was meant, all that is installed is asked.
  await loadMatching((each) => each.kind === 'platform' || each.engine === engine, options);
}
