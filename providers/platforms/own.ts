// Looking a device up by its name: a device may be called `constructor`, which every object of JavaScript seems to have. Pure.

export function own<T>(devices: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return devices !== undefined && Object.hasOwn(devices, name) ? devices[name] : undefined;
}
