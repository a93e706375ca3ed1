// What powershell.exe writes to standard error without a console when it was given -EncodedCommand (PE-05). Pure.

export function clixml(errors: readonly string[], withProgress: boolean): string {
  if (errors.length === 0 && !withProgress) return "";
  const lines = errors.flatMap((error) => error.split("\r\n"));
  const items = lines.map((line) => `<S S="Error">${escaped(`${line}\r\n`)}</S>`);
  const progress = withProgress
    ? '<Obj S="progress" RefId="0"><TN RefId="0"><T>System.Management.Automation.PSCustomObject</T><T>System.Object</T></TN><MS><I64 N="SourceId">1</I64><PR N="Record"><AV>Preparing modules for first use.</AV><AI>0</AI><Nil /><PI>-1</PI><PC>-1</PC><T>Completed</T><SR>-1</SR><SD> </SD></PR></MS></Obj>'
    : "";
  return `#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">${progress}${items.join("")}</Objs>`;
}

const escaped = (text: string) =>
  text
    .replace(/_x([0-9A-F]{4})_/g, "_x005F_x$1_")
    .replace(/\p{Cc}/gu, (character) => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
