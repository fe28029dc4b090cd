import type { FlagDefinitionCache } from "../core/flag_definition_cache.ts";

/** Projects whose state an isolate remembers; past it all is forgotten, which costs a few reads. */
const MAX_PROJECTS = 100;

/** Gives what belongs to a project, which is created when it is first asked for; undefined: to callers that name none. */
export type FindByProject<Part> = (project: string | undefined) => Part;

/** Creates a {@linkcode FindByProject}. */
export function createByProject<Part>(
  create: FindByProject<Part>,
): FindByProject<Part> {
  const parts = new Map<string | undefined, Part>();
  return (project) => {
    const known = parts.get(project);
    if (known !== undefined) return known;
    if (parts.size >= MAX_PROJECTS) parts.clear();
    const part = create(project);
    parts.set(project, part);
    return part;
  };
}

/**
 * Keeps the projects of its clients apart: each has a cache of its own, under its own keys. What stands under the key without
 * a project, filled by hand or by a version of before, is read where there is nothing else and it is not another project's.
 *
 * @param create Creates the cache of a project; undefined: of the callers that name none.
 * @param delayMs See `FlagDefinitionCache`.
 */
export function keepProjectsApart(
  create: FindByProject<FlagDefinitionCache>,
  delayMs = 0,
): FlagDefinitionCache {
  const find = createByProject(create);
  const read = async (project: string) => {
    const own = await find(project).getFlagDefinitions();
    if (own) return own;
    const former = await find(undefined).getFlagDefinitions();
    const { project: whose = project } = former ?? {};
    return whose === project ? former : undefined;
  };
  return {
    delayMs,
    getFlagDefinitions: (project) =>
      project === undefined
        ? find(project).getFlagDefinitions()
        : read(project),
    shouldFetchFlagDefinitions: (project) =>
      find(project).shouldFetchFlagDefinitions(),
    onFlagDefinitionsReceived: (data, project) =>
      find(project).onFlagDefinitionsReceived(data),
    onFlagDefinitionsUnchanged: (project) =>
      find(project).onFlagDefinitionsUnchanged?.(),
    getConfirmedAt: (project) => find(project).getConfirmedAt?.(),
    shutdown: (project) => find(project).shutdown(),
  };
}
