// Where the wallboard is: everything of ours is below it, whatever a proxy puts before our paths.

const ROOT = new URL("..", import.meta.url);

export function ours(path) { return new URL(path, ROOT).href; }
