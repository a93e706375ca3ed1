// The command behind npm start, stop and test: sets this checkout up as far as it is not, then runs dist/lab/main.js.
// Works on a clone with nothing installed. The parts are loaded after the check of Node: an old one cannot read them.
const leastNode = 20;

if (Number(process.versions.node.split(".")[0]) < leastNode) {
  console.error(
    `This is Node ${process.versions.node}. multiport and Pulumi's SDK need Node ${leastNode} or newer to run. ` +
      `Get one with: npx -p node@24 -c "npm start", nvm install 24, or from nodejs.org.`,
  );
  process.exitCode = 1;
} else {
  const { runLab } = await import("./bootstrap/lab.mjs");
  process.exitCode = await runLab(process.argv.slice(2));
}
