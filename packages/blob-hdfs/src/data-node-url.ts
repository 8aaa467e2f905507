/**
 * Where a redirect leads, or null when it is not to be followed. A NameNode says which DataNode has the bytes, by a
 * name that its cluster knows: any host is taken, as the NameNode is trusted. Nothing but http and https is followed,
 * and who is spoken to over https is never left for http.
 */
export function dataNodeUrl(location: string, nameNode: URL): URL | null {
  if (!URL.canParse(location, nameNode.href)) return null;
  const url = new URL(location, nameNode);
  const isAllowed = url.protocol === 'https:' || url.protocol === nameNode.protocol;
  return isAllowed && url.username === '' && url.password === '' ? url : null;
}
