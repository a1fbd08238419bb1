// The only world that the verifiers see: the site under test and a few files.

const own = globalThis.fetch;

export class World {
  /**
   * sites: origin in the credentials → address of the running server.
   * files: address → text that is served in its place.
   */
  constructor({sites, files}) {
    this.sites = Object.entries(sites);
    this.files = files;
    this.replaced = {};
    this.strayed = [];
  }

  /** From now on these files stand before all others. */
  replace(files) {
    this.replaced = files;
  }

  async fetch(request, options) {
    const url = request.url ?? String(request);
    const text = this.replaced[url] ?? this.files[url];
    if (text !== undefined) {
      return new Response(text, {headers: {'content-type': 'application/json'}});
    }
    for (const [origin, server] of this.sites) {
      if (url.startsWith(`${origin}/`)) {
        const headers = request.headers ?? options?.headers;
        return own(server + url.slice(origin.length), {headers, redirect: 'error'});
      }
    }
    this.strayed.push(url);
    throw new Error(`no ${url} in this world`);
  }
}
