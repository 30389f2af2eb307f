import { describe, expect, it } from 'vitest';
import { boardInput, boardMatrix, cellKey, loadBoardState } from './board-state';

describe('the state of the safety board', () => {
  it('becomes the input of the query; nonsense falls back to everything', async () => {
    const state = await loadBoardState(new URLSearchParams('site=RTM&reason=ups_battery&level=soft'));
    expect(boardInput(state)).toEqual({ siteCode: 'RTM', reason: 'ups_battery', level: 'soft', limit: 150 });
    const nonsense = await loadBoardState(new URLSearchParams('reason=x&level=y'));
    expect(boardInput(nonsense)).toEqual({ siteCode: undefined, reason: undefined, level: undefined, limit: 150 });
  });

  it('counts add up per reason, and a site without any is still there', () => {
    const matrix = boardMatrix(
      [
        { siteCode: 'RTM', reason: 'crane_motion', soft: 2, hard: 5 },
        { siteCode: 'MAA', reason: 'crane_motion', soft: 1, hard: 0 },
        { siteCode: 'MAA', reason: 'offline', soft: 0, hard: 3 },
      ],
      ['RTM', 'MAA', 'SAV'],
    );
    expect(matrix.siteCodes).toEqual(['RTM', 'MAA', 'SAV']);
    expect(matrix.totals.get('crane_motion')).toMatchObject({ soft: 3, hard: 5 });
    expect(matrix.cells.get(cellKey('MAA', 'offline'))).toMatchObject({ hard: 3 });
    expect(matrix.cells.has(cellKey('SAV', 'offline'))).toBe(false);
  });
});
