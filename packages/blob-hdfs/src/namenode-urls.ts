const webHdfs = '/webhdfs/v1';

/** What each url of `hdfs_url` must look like. */
export const expectedUrl: string =
  'expected the http or https address of a NameNode, such as http://namenode:9870, or several with "," between them; ' +
  'without a user, a password or a query';

/**
 * The addresses of WebHDFS that `hdfs_url` names, or null when one of them is none. A list, or one text with `,` or
 * `;` between the urls (`;` is what AIFlow's Python client takes). `/webhdfs/v1` is added unless it is there, so that
 * a gateway such as Knox or HttpFS may have a path of its own.
 */
export function nameNodeUrls(hdfsUrl: string | readonly string[]): readonly URL[] | null {
  const texts = [hdfsUrl]
    .flat()
    .flatMap((text) => text.split(/[,;]/))
    .map((text) => text.trim());
  const urls = texts.map(nameNodeUrl).filter((url) => url !== null);
  const isWhole = urls.length === texts.length && urls.length > 0;
  return isWhole && new Set(urls.map(({ href }) => href)).size === urls.length ? urls : null;
}

function nameNodeUrl(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (!['http:', 'https:'].includes(url.protocol)) return null;
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return null;
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith(webHdfs) ? path : path + webHdfs;
  return url;
}

/**
 * What names the file system in uris: its nameservice when that is said, else the hosts and ports of the NameNodes in
 * alphabetical order with `,` between them, so that the order in which they are written does not count.
 */
export function authorityOf(urls: readonly URL[], nameservice: string | null): string {
  if (nameservice !== null) return nameservice;
  return urls
    .map(({ hostname, port, protocol }) => `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`)
    .toSorted()
    .join(',');
}
