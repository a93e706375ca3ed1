// One holder at a time for work on a shared folder: a file that names the holder's process. I/O.
// A lock whose holder has died is broken. Plain JavaScript, because the bootstrap needs it before anything is compiled.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const pollMilliseconds = 200;
const reminderMilliseconds = 30_000;

export async function withLock(path, options, action) {
  const holder = await takeLock(path, options);
  try {
    return await action();
  } finally {
    if ((await readHolder(path)) === holder) await rm(path, { force: true });
  }
}

async function takeLock(path, { what, report }) {
  const holder = `${process.pid} ${startOfProcess(process.pid)} ${randomBytes(6).toString("hex")}`;
  await mkdir(dirname(path), { recursive: true });
  let remindAt = 0;
  while (!(await claim(path, holder))) {
    const other = await readHolder(path);
    if (other === undefined) continue;
    if (!isHolderAlive(other)) {
      await breakLock(path, other);
      continue;
    }
    if (Date.now() >= remindAt) {
      report(`waiting for process ${other.split(" ")[0]}, which is ${what}`);
      remindAt = Date.now() + reminderMilliseconds;
    }
    await sleep(pollMilliseconds);
  }
  return holder;
}

// Written aside and then linked into place: the lock never exists without its holder's name in it.
async function claim(path, holder) {
  const aside = `${path}.${holder.replaceAll(" ", "-")}`;
  await writeFile(aside, holder);
  try {
    await link(aside, path);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

// Between reading a dead holder and moving its lock away, another process may have taken the lock: then it gets it back.
async function breakLock(path, deadHolder) {
  const aside = `${path}.broken-${process.pid}-${randomBytes(6).toString("hex")}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (error.code === "ENOENT") return;
    throw error;
  }
  if ((await readHolder(aside)) !== deadHolder) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

async function readHolder(path) {
  return readFile(path, "utf8").catch((error) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}

function isHolderAlive(holder) {
  const [pid, start] = holder.split(" ");
  return isProcessAlive(Number(pid)) && startOfProcess(Number(pid)) === start;
}

export function isProcessAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

// A process number is used again after a reboot or a wrap-around; its start time is not. Fields 3 (state) and 22 of proc(5) stat.
function startOfProcess(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "ended, not yet reaped" : fields[19];
  } catch {
    return "-";
  }
}
