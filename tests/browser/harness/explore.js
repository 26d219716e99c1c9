// A reader at work.

/**
 * What a curious reader does while both networks train.
 * @param {import("./lab.js").Lab} lab
 * @param {(round: number) => boolean} goesOn asked before each round, counted from 0
 */
export async function explore(lab, goesOn) {
  const { page } = lab;
  const datasets = ["Checkerboard", "Two moons", "Five modes"];
  const comparisons = ["The coupling did it", "Euler against Heun", "Learned against exact", "Straight against curved"];
  for (let round = 0; goesOn(round); round += 1) {
    await lab.dataset(datasets[round % datasets.length] ?? "").click();
    await lab.drag(lab.eulerSteps, (round % 10) / 10, 12);
    await lab.button("+1 Euler step").click();
    await lab.drag(lab.time, 0.3, 12);
    await lab.button("Play").click();
    await lab.button(comparisons[round % comparisons.length] ?? "").click();
    await page.getByRole("combobox", { name: "Path", exact: true }).first().selectOption({ index: round % 3 });
    await page.getByRole("checkbox", { name: "Trails", exact: true }).click();
    await page.mouse.wheel(0, 600);
    await page.waitForTimeout(150);
    await page.mouse.wheel(0, -600);
    await page.getByRole("combobox", { name: "Particles", exact: true }).selectOption({ index: 2 + (round % 3) });
    await page.waitForTimeout(250);
  }
}
