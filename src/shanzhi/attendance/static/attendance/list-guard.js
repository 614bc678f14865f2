// Runs before the page is drawn: a list from this phone is shown only as long as its leader is signed in here, and for
// 48 hours at the most; the cookie tells both.
"use strict";
{
  const owner = document.currentScript.dataset.owner;
  const mine = document.cookie.split("; ").includes(`attendance_list=${owner}`);
  document.documentElement.dataset.list = mine ? "shown" : "gone";
}
