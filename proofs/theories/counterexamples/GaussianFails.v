(* Printed forms of jefferson2019 that fail, each with a witness for every      *)
(* exponential over every ordered field; tau stands for 2 pi.                   *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From Blockspin Require Import Definitions Exponential GaussianDBM.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Fails.
Variables (R : realFieldType) (e : exponential R) (tau : R).
Hypothesis tau_gt0 : 0 < tau.

Let two_neq1 : 2%:R <> 1 :> R.
Proof. by move/eqP; rewrite (pnatr_eq1 R 2). Qed.

(* (3), (5): beta z.z for (beta/2) z.z *)
Theorem zz_without_half_fails :
  exists (z : 'cV[R]_1),
    - 1 * dbm_energy (0 : 'cV[R]_1) (0 : 'M_(1, 1)) 0 0 0 z
    <> - 1 * (- dot (0 : 'cV[R]_1) 0 + 1 / 2%:R * dot (0 : 'cV[R]_1) 0
              - form (0 : 'cV[R]_1) (0 : 'M_(1, 1)) 0)
       + (- 1 * dot z z + 1 * form (0 : 'cV[R]_1) (0 : 'M_(1, 1)) z).
Proof.
exists (const_mx 1); move/dbm_energy_split_printed_iff => [/eqP|/matrixP /(_ 0 0) /eqP].
  by rewrite oner_eq0.
by rewrite !mxE oner_eq0.
Qed.

(* (8): sum_mu B_{i mu} B_{mu j} is not B B^T. *)
Theorem B2_index_order_fails : exists B : 'M[R]_2, B *m B <> B2 B.
Proof.
exists (\matrix_(i, j) ((i == 0) && (j == 1))%:R) => /matrixP /(_ 0 0) /eqP.
by rewrite /B2 !mxE !big_ord_recl !big_ord0 !mxE /= !(mulr0, mul0r, addr0, add0r, mulr1)
   eq_sym oner_eq0.
Qed.

(* (7), (8): f with beta for beta^p *)
Theorem f_printed_fails : exists (p : nat) (beta : R), 0 < beta /\
  f_printed p e tau beta <> f_right p e tau beta.
Proof.
exists 2%N, 2%:R; split; first exact: two_gt0.
by move/f_printed_iff => /(_ (two_gt0 R) tau_gt0) [].
Qed.

(* (9), (10): q with beta for beta^p is not normalised. *)
Theorem q_printed_fails : exists (p : nat) (beta : R), 0 < beta /\
  K_z_printed e tau beta (0 : 'cV[R]_p) <> 1 / (2%:R * beta) * dot (0 : 'cV[R]_p) 0.
Proof.
exists 2%N, 2%:R; split; first exact: two_gt0.
by move/cgf_printed_iff => /(_ (two_gt0 R) tau_gt0) [].
Qed.

(* (12): the term - x^T A y is missing. *)
Theorem ham_xy_without_coupling_fails :
  exists (x : 'cV[R]_1) (A : 'M[R]_1) (y : 'cV[R]_1),
  ham_xy e tau 1 0 A (0 : 'M_1) x y
  <> f_right 1 e tau 1 - dot 0 x + 1 / 2%:R * dot y y
     - 1 / 1 * K_z e tau 1 (1 *: ((0 : 'M[R]_1)^T *m y)).
Proof.
exists (const_mx 1), 1%:M, (const_mx 1).
move/(ham_xy_cgf_printed_iff _ _ _ _ ltr01 tau_gt0)/eqP.
by rewrite formE mul1mx dotE big_ord_recl big_ord0 addr0 !mxE mulr1 oner_eq0.
Qed.

Lemma scalar_B2 k (c : R) : B2 (c%:M : 'M[R]_k) = (c ^+ 2)%:M.
Proof. by rewrite /B2 tr_scalar_mx -scalar_mxM. Qed.

Lemma det_1B2 k (c : R) : \det (1%:M - B2 (c%:M : 'M[R]_k)) = (1 - c ^+ 2) ^+ k.
Proof. by rewrite scalar_B2 -raddfB det_scalar. Qed.

(* (15), (18), (22): 1 - |B'| is not |1 - B'|. *)
Theorem one_minus_det_fails :
  exists B : 'M[R]_2, 0 < \det (1%:M - B2 B) /\ 1 - \det (B2 B) <> \det (1%:M - B2 B).
Proof.
exists (1 / 2%:R)%:M; rewrite det_1B2 scalar_B2 det_scalar.
have -> : (1 - (1 / 2%:R) ^+ 2) ^+ 2 = 9%:R / 16%:R :> R by field.
split=> [|/eqP]; first by rewrite divr_gt0 ?ltr0n.
rewrite -subr_eq0 (_ : _ - _ = 6%:R / 16%:R); last by field.
by rewrite gt_eqF // divr_gt0 ?ltr0n.
Qed.

(* (18): both errors of g apart from each other: the determinant at beta = 1,   *)
(* the power of beta at B = 0.                                                  *)
Theorem g_printed18_determinant_fails :
  exists B : 'M[R]_2, g_printed18 e tau 1 B <> g_right e tau 1 B.
Proof.
exists (1 / 2%:R)%:M; move/(g_printed18_iff _ ltr01 tau_gt0).
rewrite det_1B2 scalar_B2 det_scalar !expr1n !mul1r.
have -> : (1 - 2%:R^-1 ^+ 2) ^+ 2 = 9%:R / 16%:R :> R by field.
have -> : 1 - (2%:R^-1 ^+ 2) ^+ 2 = 15%:R / 16%:R :> R by field.
have pos n : 0 < n.+1%:R / 16%:R :> R by rewrite divr_gt0 ?ltr0n.
move=> /(_ (pos _) (pos _)) /eqP.
rewrite -subr_eq0 (_ : _ - _ = 6%:R / 16%:R); last by field.
by rewrite gt_eqF.
Qed.

Theorem g_printed18_power_fails :
  exists beta : R, 0 < beta /\
    g_printed18 e tau beta (0 : 'M[R]_2) <> g_right e tau beta (0 : 'M[R]_2).
Proof.
exists 2%:R; split; first exact: two_gt0.
have -> : (0 : 'M[R]_2) = 0%:M by rewrite raddf0.
move/(g_printed18_iff _ (two_gt0 R) tau_gt0).
have z2 : 0 ^+ 2 = 0 :> R by rewrite expr0n.
rewrite det_1B2 scalar_B2 det_scalar !z2 subr0 expr1n !mulr1 ltr01.
move=> /(_ isT isT) /eqP.
rewrite -subr_eq0 (_ : _ - _ = - 12%:R); last by ring.
by rewrite oppr_eq0 pnatr_eq0.
Qed.

(* (18) holds as printed when both hidden layers have one unit. *)
Theorem g_printed18_one_unit (beta : R) (B : 'M[R]_1) :
  g_printed18 e tau beta B = g_right e tau beta B.
Proof.
rewrite /g_printed18 /g_right; congr (ln e (_ * _ / _) / _).
by rewrite [B2 B]mx11_scalar -raddfB !det_scalar !expr1.
Qed.

(* (22): g with the sign minus in front. *)
Theorem g_printed22_fails :
  exists beta : R, 0 < beta /\ tau <> beta /\
    g_printed22 e tau beta (0 : 'M[R]_1) <> g_right e tau beta (0 : 'M[R]_1).
Proof.
exists (tau + 1); have b0 : 0 < tau + 1 by rewrite addr_gt0 ?ltr01.
have b1 : tau < tau + 1 by rewrite ltr_addl ltr01.
split=> //; split; first by apply/eqP; rewrite lt_eqF.
rewrite g_printed22_opposite g_printed18_one_unit => /eqP.
have lt : 0 < ln e ((tau + 1) ^+ 2 * \det (1%:M - B2 (0 : 'M[R]_1)) / tau ^+ 2).
  have -> : \det (1%:M - B2 (0 : 'M[R]_1)) = 1 by rewrite /B2 mul0mx subr0 det1.
  rewrite mulr1.
  apply: ln_gt0; rewrite ltr_pdivl_mulr ?exprn_gt0 // mul1r.
  by rewrite ltr_pexpn2r ?nnegrE ?ltW.
have g0 : 0 < g_right e tau (tau + 1) (0 : 'M[R]_1).
  by rewrite divr_gt0 // mulr_gt0 ?two_gt0.
by rewrite -subr_eq0 -opprD oppr_eq0 gt_eqF // addr_gt0.
Qed.

(* (17), (20), (21): with + x^T A' x / 2, H(x) is wrong on spins, whatever       *)
(* constant is put in the place of g.                                           *)
Definition spins n (s : config [finType of 'I_n]) : 'cV[R]_n := \col_i spin R (s i).

Theorem ham_x_plus_sign_fails :
  exists A : 'M[R]_(2, 1), forall c : R,
    ~ (forall s : config [finType of 'I_2],
        ham_x e tau 1 0 A (0 : 'M[R]_1) (\col_i spin R (s i))
        = c - dot 0 (\col_i spin R (s i))
          + 1 / 2%:R * form (\col_i spin R (s i)) (A2 A (0 : 'M[R]_1)) (\col_i spin R (s i))).
Proof.
exists (const_mx 1) => c all.
have B0 : 1%:M - B2 (0 : 'M[R]_1) = 1%:M by rewrite /B2 mul0mx subr0.
have u : 1%:M - B2 (0 : 'M[R]_1) \in unitmx by rewrite B0 unitmx1.
have d : 0 < \det (1%:M - B2 (0 : 'M[R]_1)) by rewrite B0 det1 ltr01.
have F (s : config [finType of 'I_2]) :
  form (\col_i spin R (s i)) (A2 (const_mx 1 : 'M[R]_(2, 1)) (0 : 'M[R]_1)) (\col_i spin R (s i))
  = (spin R (s 0) + spin R (s 1)) ^+ 2.
  rewrite /A2 B0 invmx1 mulmx1 formE -mulmxA -dot_mull dotE big_ord_recl big_ord0 addr0.
  rewrite !mxE !big_ord_recl !big_ord0 !mxE !mul1r addr0 expr2.
  by congr ((spin R (s _) + spin R (s _)) * (spin R (s _) + spin R (s _))); apply: val_inj.
have := all [ffun=> true]; have := all [ffun i => i == 0].
rewrite !(ham_x_eq _ _ _ ltr01 tau_gt0 u d) !F !ffunE /= => h1 h2.
set g := g_right _ _ _ _ in h1 h2.
rewrite !dot0l in h1 h2.
have z0 : g - c = 0.
  have -> : g - c = (g - 0 - 1 / 2%:R * (1 + -1) ^+ 2) - (c - 0 + 1 / 2%:R * (1 + -1) ^+ 2) by ring.
  by apply/eqP; rewrite subr_eq0 h1.
have z4 : g - c = 4%:R.
  have -> : g - c = (g - 0 - 1 / 2%:R * (1 + 1) ^+ 2) - (c - 0 + 1 / 2%:R * (1 + 1) ^+ 2) + 4%:R by field.
  by rewrite h2 subrr add0r.
by move: z4; rewrite z0 => /esym/eqP; rewrite pnatr_eq0.
Qed.
End Fails.
